import type { Finding } from './finding.ts'

const LABELS: Record<Finding['level'], string> = { ok: 'ok', note: 'note', failure: 'FAIL', skipped: 'skip' }

/** A finding for the terminal, with its fixes below. */
export function reportLine({ level, summary, fix = [] }: Finding): string {
  return [`  ${LABELS[level].padEnd(5)} ${summary}`, ...fix.map((line) => `        -> ${line}`)].join('\n')
}

export function conclusion(findings: readonly Finding[]): string {
  const failures = findings.filter(({ level }) => level === 'failure').length
  if (failures === 0) return 'No problems found.'
  return `${failures} ${failures === 1 ? 'problem' : 'problems'} found. More about each: docs/proxies.md`
}
