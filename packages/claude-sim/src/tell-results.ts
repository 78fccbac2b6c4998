import { lineOf } from './choose-answer.ts'
import type { ToolResult } from './tool-loop.ts'

const MAX_QUOTED = 400

/** Says what came back from the tools: the titles in it or, without any, the result as it is. */
export function tellResults(results: readonly ToolResult[]): string {
  return results.map(tellResult).join('\n\n')
}

function tellResult({ name, isError, text }: ToolResult): string {
  const tool = `\`${name.replaceAll('__', '.')}\``
  if (text.trim() === '') return isError ? `${tool} failed.` : `${tool} answered nothing.`
  const titles = isError ? undefined : tellTitles(text)
  if (titles !== undefined) return titles
  // Short, and without marks that markdown would act on.
  if (lineOf(text) === text) return `${tool} ${isError ? 'failed' : 'answered'}: ${text}`
  // A fence of its own, so that a result cannot end it.
  const fence = '`'.repeat(1 + Math.max(2, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length)))
  const start = Array.from(text).slice(0, MAX_QUOTED).join('')
  const quote = `${fence}\n${start}${start.length < text.length ? '…' : ''}\n${fence}`
  return isError ? `${tool} failed, and says:\n\n${quote}` : `${tool} answered:\n\n${quote}`
}

/** For a result with a title, or with a list of what has one. */
function tellTitles(text: string): string | undefined {
  const result = parsed(text)
  const title = titleOf(result)
  if (title !== undefined) return `Done: ${title}.`
  const list = [result, ...Object.values(Object(result))].find((value) => Array.isArray(value))
  const titles = list?.map(titleOf)
  if (titles?.length === 0) return 'Found nothing.'
  return titles?.every((one) => one !== undefined) ? `Found:\n\n- ${titles.join('\n- ')}` : undefined
}

/** The value of a JSON text. A long one was cut, and is no JSON any more. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function titleOf(value: unknown): string | undefined {
  const { title }: { title?: unknown } = Object(value)
  return typeof title === 'string' ? `“${lineOf(title)}”` : undefined
}
