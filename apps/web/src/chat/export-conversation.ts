import type { RunPart, WebSource } from '@sluice/events'
import { citationNumber, citedSources, sourcesMarkdown, withCitations } from '../sources/sources.ts'
import type { Turn } from './turn.ts'
import { withoutDirectives } from './without-directives.ts'

/** A conversation to be read: the branch that is shown. */
export function toMarkdown(title: string, turns: readonly Turn[]): string {
  const paragraphs = turns.flatMap(({ prompt, attachments = [], run }) => {
    const { model, parts, error } = run.getSnapshot().view
    const sources = citedSources({ parts })
    return [
      '## You',
      ...attachments.map(({ name }) => `*Attached: ${name}*`),
      withoutDirectives(prompt).trim(),
      `## ${model || 'Claude'}`,
      ...parts.flatMap((part) => paragraphsOf(part, sources)),
      sourcesMarkdown(sources),
      ...(error ? [`*${error.message}*`] : []),
    ]
  })
  return `${[`# ${title}`, ...paragraphs].filter((paragraph) => paragraph !== '').join('\n\n')}\n`
}

function paragraphsOf(part: RunPart, sources: readonly WebSource[]): string[] {
  if (part.type !== 'tool') return part.type === 'text' ? [withCitations(part, sources, citationNumber)] : []
  const { name, state, input, output } = part
  return [`*Tool ${name}: ${state}*`, codeBlock(input), ...(output === undefined ? [] : [codeBlock(output)])]
}

function codeBlock(code: string): string {
  const longest = Math.max(2, ...(code.match(/`+/g) ?? []).map(({ length }) => length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${code}\n${fence}`
}

/** A name that every file system takes. */
export function fileNameOf(title: string, extension: string): string {
  const words = title
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
  return `${words.replaceAll(/^-+|-+$/g, '').slice(0, 40) || 'conversation'}.${extension}`
}
