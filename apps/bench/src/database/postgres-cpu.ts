import { readdirSync, readFileSync } from 'node:fs'

/** µs. Linux counts in hundredths of a second. */
const TICK_US = 10_000

/** Processor time of all processes of a Postgres server so far, in µs. Linux only. */
export function postgresCpuUs(folder: string): number {
  const [postmaster] = readFileSync(`${folder}/data/postmaster.pid`, 'utf8').split('\n')
  let ticks = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const [, parent, ...rest] = statOf(pid)
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = rest.slice(9, 13).map(Number)
    if (parent === postmaster) ticks += user + system
    if (pid === postmaster) ticks += user + system + endedUser + endedSystem
  }
  return ticks * TICK_US
}

/** From the state of the process on: see proc(5). */
function statOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
  } catch {
    // It has ended meanwhile.
    return []
  }
}
