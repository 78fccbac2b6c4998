const ALLOWED: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:'])

/** The address if a link may lead there, normalised; undefined for scripts, data, files and what is no address. */
export function safeHref(href: string): string | undefined {
  // Relative addresses would lead into this very page, which no answer knows.
  if (!/^(?:https?:\/\/|mailto:)/i.test(href)) return undefined
  try {
    const url = new URL(href)
    return ALLOWED.has(url.protocol) ? url.href : undefined
  } catch {
    return undefined
  }
}
