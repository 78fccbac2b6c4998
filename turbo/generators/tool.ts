import type { Changes } from './changes.ts'
import { kebabCase, words } from './names.ts'

export interface ToolAnswers {
  /** `weather.forecast` */
  readonly name: string
  readonly what: string
  readonly type: 'query' | 'mutation'
}

/** A procedure that Claude may call, in a router of its own or in one that is there. Returns what was written. */
export function addTool(changes: Changes, { name, what, type }: ToolAnswers): string {
  const [group = '', procedure = ''] = name.split('.')
  const file = kebabCase(procedure)
  const data = {
    name,
    group,
    procedure,
    file,
    title: words(file),
    isMutation: type === 'mutation',
    what: what.trim(),
    quoted: JSON.stringify(what.trim()),
  }
  const folder = kebabCase(group)
  const router = `apps/server/src/${folder}/router.ts`
  const isNew = !changes.exists(router)

  changes.add(`apps/server/src/${folder}/${file}.ts`, 'tool/procedure.ts', data)
  changes.add(`apps/server/src/${folder}/${file}.test.ts`, `tool/${type}.test.ts`, data)
  changes.add(`apps/web/src/${folder}/${file}-view.tsx`, 'tool/view.tsx', data)
  if (isNew) {
    changes.add(router, 'tool/router.ts', data)
    changes.insert(
      'apps/server/src/routers/app-router.ts',
      'const features = {',
      `${group}: ${group}Router`,
      `import { ${group}Router } from '../${folder}/router.ts'`,
    )
  } else {
    changes.insert(
      router,
      `export const ${group}Router = router({`,
      procedure,
      `import { ${procedure} } from './${file}.ts'`,
    )
  }
  changes.insert(
    'apps/server/src/app-tools.ts',
    'const toolPaths: readonly ToolPath<typeof appRouter>[] = [',
    `'${name}'`,
  )
  changes.insert(
    'apps/web/src/tools/tool-views.ts',
    'export const toolViews: ToolViews = {',
    `'${name}': ${procedure}View`,
    `import { ${procedure}View } from '../${folder}/${file}-view.tsx'`,
  )
  return changes.write()
}
