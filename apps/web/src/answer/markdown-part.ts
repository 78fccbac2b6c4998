import { createPart } from '../part.ts'

/** What makes markdown of an answer: a sixth of the page's code, and not needed before there is an answer. */
export const markdownPart = createPart(() => import('./markdown.tsx'))
