import type { Changes } from './changes.ts'
import { camelCase, pascalCase, words } from './names.ts'

export interface FeatureAnswers {
  /** `sum-up` */
  readonly name: string
  readonly what: string
}

/** One answer of Claude that streams, with a page of its own. Returns what was written. */
export function addFeature(changes: Changes, { name, what }: FeatureAnswers): string {
  const key = camelCase(name)
  const component = pascalCase(name)
  const title = words(name)
  const data = { name, key, component, title, what: what.trim(), quoted: JSON.stringify(what.trim()) }
  const server = `apps/server/src/${name}`
  const web = `apps/web/src/${name}`

  changes.add(`${server}/router.ts`, 'feature/router.ts', data)
  changes.add(`${server}/${name}.test.ts`, 'feature/router.test.ts', data)
  changes.add(`${web}/use-${name}.ts`, 'feature/hook.ts', data)
  changes.add(`${web}/${name}-answer.tsx`, 'feature/answer.tsx', data)
  changes.add(`${web}/${name}-page.tsx`, 'feature/page.tsx', data)
  changes.insert(
    'apps/server/src/routers/app-router.ts',
    'const features = {',
    `${key}: ${key}Router`,
    `import { ${key}Router } from '../${name}/router.ts'`,
  )
  changes.insert(
    'apps/web/src/pages.ts',
    'export const pages: readonly Page[] = [',
    `{
    path: '/${name}',
    name: '${title}',
    icon: 'file',
    load: async () => (await import('./${name}/${name}-page.tsx')).${component}Page,
  }`,
  )
  return changes.write()
}
