import type { AnyToolView } from './tool-views.ts'

/** Of a tool that Anthropic executes. */
export interface WebView extends Omit<AnyToolView, 'Details'> {
  /** What Claude is doing meanwhile. */
  readonly doing: string
}

/** Claude's own tools for the web. */
export const webViews: Readonly<Record<string, WebView | undefined>> = {
  web_search: {
    doing: 'Searching the web',
    title: (input) => `Search the web for “${textIn(input, 'query')}”`,
  },
  web_fetch: { doing: 'Reading a page', title: (input) => `Read ${textIn(input, 'url')}` },
}

/** @throws {TypeError} when the input is not what the tool takes. */
function textIn(input: unknown, key: string): string {
  const value: unknown = Object(input)[key]
  if (typeof value !== 'string') throw new TypeError(`The input has no ${key}.`)
  return value
}
