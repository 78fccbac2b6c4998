import { createLowlight } from 'lowlight'
import { GRAMMARS } from './grammars.ts'
import { whileIdle } from './while-idle.ts'

const lowlight = createLowlight()
let registering: Promise<void> | undefined

/** To be awaited first. One at a time: all in one task would keep a slow phone for a tenth of a second. */
export function registerGrammars(): Promise<void> {
  const steps = Object.entries(GRAMMARS).map(
    ([name, grammar]) =>
      () =>
        lowlight.register(name, grammar),
  )
  return (registering ??= whileIdle(steps))
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
