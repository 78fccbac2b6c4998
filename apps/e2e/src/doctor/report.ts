import type { Finding } from './finding.ts'

const MARKS: Record<Finding['level'], string> = { ok: 'ok', note: 'note', failure: 'FAIL', skipped: 'skip' }

/** A finding as the terminal shows it, its fixes below. */
export function reportLine({ level, summary, fix = [] }: Finding): string {
  return [`  ${MARKS[level].padEnd(5)} ${summary}`, ...fix.map((line) => `        -> ${line}`)].join('\n')
}

export function conclusion(findings: readonly Finding[]): string {
  const failures = findings.filter(({ level }) => level === 'failure').length
  if (failures === 0) return 'Nothing on the way harms the stream.'
  return `${failures} ${failures === 1 ? 'problem' : 'problems'} on the way. More about each: docs/proxies.md`
}
