/** `1,234`. */
export function count(value: number): string {
  // `toLocaleString` takes 10 ms the first time, which is with the first words of an answer.
  return String(Math.round(value)).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}

/** `0.6 s`, `12 s`, `2 min 5 s`. */
export function seconds(ms: number): string {
  const total = Math.max(0, ms) / 1000
  if (total < 9.95) return `${total.toFixed(1)} s`
  if (total < 59.5) return `${Math.round(total)} s`
  const rest = Math.round(total) % 60
  return `${Math.floor(Math.round(total) / 60)} min${rest > 0 ? ` ${rest} s` : ''}`
}

/** Whole seconds up, so that a countdown never says 0 before its time: `1 s`, `2 min 5 s`. */
export function wholeSeconds(ms: number): string {
  const total = Math.max(0, Math.ceil(ms / 1000))
  if (total < 60) return `${total} s`
  const rest = total % 60
  return `${Math.floor(total / 60)} min${rest > 0 ? ` ${rest} s` : ''}`
}

/** Four decimals; for what costs less than a cent, as many as it takes. */
export function dollars(usd: number): string {
  if (usd === 0) return '$0'
  return usd < 0.01 ? `$${usd.toFixed(6).replace(/0+$/, '')}` : `$${usd.toFixed(4)}`
}

/** `146 KB`, `2.1 MB`: of 1024 bytes, as file managers say it. */
export function kilobytes(bytes: number): string {
  const kb = bytes / 1024
  return kb < 1000 ? `${Math.max(1, Math.floor(kb))} KB` : `${(kb / 1024).toFixed(1)} MB`
}
