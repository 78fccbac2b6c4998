/** `5000 bytes`, and from a million on `24 MB`, `3.9 MB`: rounded down, as it is used for limits. */
export function byteCount(bytes: number): string {
  return bytes < 1_000_000 ? `${bytes} bytes` : `${Math.floor(bytes / 100_000) / 10} MB`
}
