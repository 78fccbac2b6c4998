import { parseArgs } from 'node:util'
import { proxiesSeen } from './fixes.ts'
import { diagnose } from './diagnose.ts'
import { DoctorError } from './doctor-error.ts'
import type { Finding } from './finding.ts'
import { maxCostUsd, type Questions, questionsFor } from './prompts.ts'
import { reach, type Target } from './reach.ts'
import { reportLine, conclusion } from './report.ts'

const USAGE = `Tests whether streaming works through the proxies in front of Sluice.

  pnpm doctor:stream <url of the page> [options]

  --json           one JSON object on stdout (pnpm --silent doctor:stream …)
  --insecure       accept any certificate
  --http1          use HTTP/1.1 even if HTTP/2 is offered
  --grace <s>      the server's GRACE_MS, in seconds; default 5
  --model <id>     ask this model instead of the server's default

Exit code 0: no problems. 1: there are problems, or nothing could be measured.`

const OPTIONS = {
  json: { type: 'boolean', default: false },
  insecure: { type: 'boolean', default: false },
  http1: { type: 'boolean', default: false },
  grace: { type: 'string', default: '5' },
  model: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

function parse(args: string[]) {
  try {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true })
    const graceMs = Number(values.grace) * 1000
    if (!(graceMs > 0)) throw new Error(`--grace: expected seconds, got "${values.grace}"`)
    if (positionals.length !== 1 && !values.help) throw new Error('Expected one URL.')
    return { ...values, url: positionals[0] ?? '', graceMs }
  } catch (error) {
    throw new DoctorError('usage', `${(error as Error).message}\n\n${USAGE}`)
  }
}

function announce({ url, web, about, headers }: Target, questions: Questions): string {
  const model = questions.flowing.model ?? about.defaultModel
  const seen = proxiesSeen(headers)
  const lines = [
    `Sluice at ${url.href}, HTTP/${web.httpVersion}${seen.length > 0 ? `, through ${seen.join(', ')}` : ''}.`,
  ]
  if (about.simulator) lines.push('Its answers are simulated: this costs nothing.')
  else {
    const usd = maxCostUsd(questions, about.models.find(({ id }) => id === model)?.usdPerMTok)
    const price = usd === undefined ? 'at an unknown price' : `at most $${usd.toFixed(3)}`
    lines.push(`Asking ${model} two short questions, ${price}.`)
  }
  return `${lines.join('\n')}\nMeasuring, about 15 seconds …`
}

async function run(args: string[]): Promise<boolean> {
  const { url, json, graceMs, model, help, ...options } = parse(args)
  if (help) {
    process.stdout.write(`${USAGE}\n`)
    return true
  }
  const target = await reach(url, options)
  const { simulator } = target.about
  const questions = questionsFor(simulator, model)
  const findings: Finding[] = []
  process.stderr.write(`${announce(target, questions)}\n`)
  for await (const finding of diagnose(target, { questions, graceMs })) {
    findings.push(finding)
    if (!json) process.stdout.write(`${reportLine(finding)}\n`)
  }
  target.web.close()
  const ok = findings.every(({ level }) => level !== 'failure')
  const { httpVersion } = target.web
  if (json)
    process.stdout.write(`${JSON.stringify({ url, ok, httpVersion, simulator, findings }, undefined, 2)}\n`)
  else process.stdout.write(`${conclusion(findings)}\n`)
  return ok
}

try {
  process.exitCode = (await run(process.argv.slice(2))) ? 0 : 1
} catch (error) {
  const asJson = process.argv.includes('--json')
  const message = (error as Error).message
  const code = error instanceof DoctorError ? error.code : 'failed'
  if (asJson)
    process.stdout.write(`${JSON.stringify({ ok: false, error: { code, message } }, undefined, 2)}\n`)
  else process.stderr.write(`${message}\n`)
  process.exitCode = 1
}
