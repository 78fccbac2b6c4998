import { createPart } from '../part.ts'

/** What makes markdown of an answer: a sixth of the page's code, and not needed before there is an answer. */
export const markdownPart = createPart(async () => {
  const markdown = await import('./markdown.tsx')
  void markdown.warmUp()
  return markdown
})
