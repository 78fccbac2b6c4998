import { createLowlight } from 'lowlight'
import { whileIdle } from '../steps.ts'

const lowlight = createLowlight()

/** To be awaited first. Does a little at a time: all in one task would keep a slow phone for a tenth of a second. */
export async function loadGrammars(): Promise<void> {
  const { GRAMMARS } = await import('./grammars.ts')
  await whileIdle(
    Object.entries(GRAMMARS).map(
      ([name, grammar]) =>
        () =>
          lowlight.register(name, grammar),
    ),
  )
}

type Nodes = ReturnType<typeof lowlight.highlight>['children']

/** The code in coloured pieces, or as it is in a language that is not here. */
export function highlight(text: string, language: string): (Node | string)[] {
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
