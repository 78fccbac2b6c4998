/** As the simulator finds them. None goes over the start of another: that search would be quadratic. */
export const DIRECTIVE = /\[\[sim\b((?:'(?:(?!\[\[sim\b)[^'])*'|(?!\[\[sim\b)[^\]'])*)\]\]/g

/** The prompt without what is meant for the simulator. */
export function withoutDirectives(prompt: string): string {
  return prompt.replaceAll(DIRECTIVE, '')
}
