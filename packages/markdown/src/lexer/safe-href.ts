const ALLOWED: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:'])

/** The normalised address of a safe link; undefined for scripts, data, files and invalid addresses. */
export function safeHref(href: string): string | undefined {
  // Relative addresses would lead to this site, whose paths an answer does not know.
  if (!/^(?:https?:\/\/|mailto:)/i.test(href)) return undefined
  try {
    const url = new URL(href)
    return ALLOWED.has(url.protocol) ? url.href : undefined
  } catch {
    return undefined
  }
}
