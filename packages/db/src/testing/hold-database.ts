import { claimRun, openDatabase } from '../index.ts'

// A process of its own: opens the database of its first argument, claims the run of its second, says so, and stays.
const [url = '', id = ''] = process.argv.slice(2)
const { db } = await openDatabase(url)
await claimRun(db, { id, owner: 'ada', instance: 'child', model: 'claude-opus-4-8', maxCostUsd: 1 })
process.stdout.write('open\n')
setInterval(() => {}, 1_000_000)
