/** In UTF-16 code units. */
const MAX_CHARS = 2048

/**
 * The normalised address of a page of the web. Undefined for scripts, files and invalid addresses, for those with a user
 * name or password, which hide where they lead, and for those of more than 2,048 characters.
 */
export function webUrl(address: string): string | undefined {
  // Other spellings, such as `https:page`, are relative to something.
  if (address.length > MAX_CHARS || !/^https?:\/\//i.test(address)) return undefined
  try {
    const { href, username, password } = new URL(address)
    return username === '' && password === '' && href.length <= MAX_CHARS ? href : undefined
  } catch {
    return undefined
  }
}
