import { appRouter } from './routers/app-router.ts'
import { type ToolPath, type ToolsOptions, toolsOf } from './tools-of.ts'
import type { Tools } from './tools.ts'

/** The procedures that Claude may call in conversations. Add your own here: each says in its `meta` what it is for. */
const toolPaths: readonly ToolPath<typeof appRouter>[] = [
  'notes.list',
  'notes.search',
  'notes.get',
  'notes.add',
  'notes.update',
  'notes.remove',
]

export function appTools(options: ToolsOptions): Tools {
  return toolsOf(appRouter, toolPaths, options)
}
