/** The key belongs to an input method (Japanese, Chinese, …). Safari tells the last one only by its key code. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229
}
