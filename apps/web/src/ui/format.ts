/** `Today`, `Yesterday`, `Thursday` of the last seven days, and before that `March 2026`. */
export function dayOf(date: Date, now = new Date()): string {
  const days = Math.round((midnightOf(now) - midnightOf(date)) / 86_400_000)
  if (days <= 0) return 'Today'
  if (days === 1) return 'Yesterday'
  if (days < 7) return date.toLocaleDateString('en', { weekday: 'long' })
  return date.toLocaleDateString('en', { month: 'long', year: 'numeric' })
}

function midnightOf(date: Date): number {
  return new Date(date).setHours(0, 0, 0, 0)
}

/** `1,234`. */
export function count(value: number): string {
  // `toLocaleString` takes 10 ms the first time, which is with the first words of an answer.
  return String(Math.round(value)).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}

/** `0.6 s`, and from 10 s on whole seconds. */
export function seconds(ms: number): string {
  return ms < 9950 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : wholeSeconds(ms)
}

/** Rounded up, so that a countdown does not reach 0 before its end: `1 s`, `2 min 5 s`. */
export function wholeSeconds(ms: number): string {
  const total = Math.max(0, Math.ceil(ms / 1000))
  if (total < 60) return `${total} s`
  const rest = total % 60
  return `${Math.floor(total / 60)} min${rest > 0 ? ` ${rest} s` : ''}`
}

/** Full seconds since `since`; empty during the first one. */
export function elapsed(since: number | undefined, now: number): string {
  const passed = since === undefined ? 0 : Math.floor((now - since) / 1000)
  return passed < 1 ? '' : wholeSeconds(passed * 1000)
}

/** Four decimals; below a cent, up to six. */
export function dollars(usd: number): string {
  if (usd === 0) return '$0'
  return usd < 0.01 ? `$${usd.toFixed(6).replace(/0+$/, '')}` : `$${usd.toFixed(4)}`
}

/** `146 KB`, `2.1 MB`: of 1024 bytes, as file managers say it. */
export function kilobytes(bytes: number): string {
  const kb = bytes / 1024
  return kb < 1000 ? `${Math.max(1, Math.floor(kb))} KB` : `${(kb / 1024).toFixed(1)} MB`
}
