import { createLowlight } from 'lowlight'
import { idle } from '../idle.ts'

const lowlight = createLowlight()

/** The grammars are a file of their own: all in one task would keep a slow phone for 50 ms. */
async function register(): Promise<void> {
  const { GRAMMARS } = await import('./grammars.ts')
  await idle()
  lowlight.register(GRAMMARS)
}

type Nodes = ReturnType<typeof lowlight.highlight>['children']

/** The code in coloured pieces, or as it is in a language that is not here. */
export async function highlight(text: string, language: string): Promise<(Node | string)[]> {
  if (lowlight.listLanguages().length === 0) await register()
  const name = language.toLowerCase()
  return lowlight.registered(name) ? toNodes(lowlight.highlight(name, text).children) : [text]
}

function toNodes(nodes: Nodes): (Node | string)[] {
  return nodes.map((node) => {
    if (node.type === 'text') return node.value
    if (node.type !== 'element') return ''
    const span = document.createElement('span')
    const className = node.properties['className']
    if (Array.isArray(className)) span.className = className.join(' ')
    span.append(...toNodes(node.children))
    return span
  })
}
