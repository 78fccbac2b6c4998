/** Every construct, with references that are defined before, after, late and never. */
export const ANSWER = `# Title *one*

First paragraph with **bold**, \`code\`, ~~gone~~ and a [link](https://example.com/a "T").
It has two lines, an <b>HTML</b> tag and &lt;entities&gt; &copy; &#8212; 🌊.

Setext heading
--------------

See [the paper][paper], [Paper], [nothing][never] and a note[^note], [^lost].

- one
- two **bold**
  - nested \`code\`
    1. deep
    2. deeper

  more of two
- [ ] to do
- [x] done

3. three
4. four

> quoted *text*
> > twice
> - in a list

| Left | Right |
| :--- | ----: |
| a | **b** |
| \`c\\|d\` | e |

\`\`\`ts
const a = 1

const b = \`x\`
\`\`\`
After the fence.

~~~~
\`\`\`
not an end
~~~
~~~~

    indented code

$$
a_1 * b
= c
$$

Inline maths $a*b*c$ costs $5 or \\(x*y\\).

***

![picture](https://example.com/p.png) <https://example.com> https://example.com/x_y_z

<div>
*block* HTML
</div>

[^note]: A *note* with
two lines.

[paper]: https://example.com/paper "The paper"

The last paragraph has **half a mark`

const WORDS = 'every lock holds one simple rule never open both gates at once'.split(' ')
const words = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => WORDS[(index + from) % WORDS.length]).join(' ')

const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n')

/** One block of about `chars` characters, between two others. */
export const LONG = {
  fence: (chars: number) =>
    `Before.\n\n\`\`\`js\n${lines(chars / 50, (i) => `const line${i} = '${words(6, i)}'`)}\n\`\`\`\n\nAfter **it**.`,
  list: (chars: number) =>
    `Before.\n\n${lines(chars / 60, (i) => `- **Item ${i}** ${words(8, i)}`)}\n\nAfter **it**.`,
  numbers: (chars: number) =>
    `Before.\n\n${lines(chars / 50, (i) => `${i + 1}. ${words(8, i)}`)}\n\nAfter **it**.`,
  table: (chars: number) =>
    `Before.\n\n| No | Words | More |\n| ---: | --- | :---: |\n${lines(chars / 60, (i) => `| ${i} | *${words(4, i)}* | ${words(4, i + 3)} |`)}\n\nAfter **it**.`,
  quote: (chars: number) => `Before.\n\n${lines(chars / 50, (i) => `> ${words(8, i)}`)}\n\nAfter **it**.`,
  paragraph: (chars: number) => `Before.\n\n${words(chars / 5)}.\n\nAfter **it**.`,
  line: (chars: number) => `Before.\n\n${'x'.repeat(chars)}\n\nAfter **it**.`,
  item: (chars: number) =>
    `Before.\n\n- one\n- two\n\n  \`\`\`js\n${lines(chars / 50, (i) => `  const line${i} = '${words(6, i)}'`)}\n  \`\`\`\n- three\n\nAfter **it**.`,
  definitions: (chars: number) =>
    `Before [a1].\n\n${lines(chars / 30, (i) => `[a${i}]: https://example.com/${i}`)}\n\nAfter **it**.`,
  nothing: (chars: number) => `Before.\n\n${'\n'.repeat(chars)}\n\nAfter **it**.`,
} as const
