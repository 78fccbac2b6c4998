/** For how long the page says that something was copied. */
export const THANKS_MS = 2000
export const COPIED = 'Copied'

/** Puts text on the clipboard, and resolves to what to say about it. */
export async function copyText(text: string): Promise<string> {
  try {
    await writeToClipboard(text)
    return COPIED
  } catch {
    return 'The browser did not allow it'
  }
}

/** Also on insecure origins, where `navigator.clipboard` is missing. */
async function writeToClipboard(text: string): Promise<void> {
  if ('clipboard' in navigator) {
    await navigator.clipboard.writeText(text)
    return
  }
  const onCopy = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
  }
  document.addEventListener('copy', onCopy, { once: true })
  document.execCommand('copy')
  document.removeEventListener('copy', onCopy)
}
