export interface CodeSample {
  language: string
  intro: string
  /** `N` stands for a small number, which differs from one answer to the next. */
  code: string
  outro: string
}

export const CODE_SAMPLES: readonly CodeSample[] = [
  {
    language: 'ts',
    intro: 'In TypeScript the idea fits in a generator that pulls only when it is pulled from:',
    code: `export async function* paced<T>(source: AsyncIterable<T>, ms = N) {
  let last = 0
  for await (const item of source) {
    const wait = last + ms - Date.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    last = Date.now()
    yield item // nothing upstream moves until this returns
  }
}`,
    outro: 'Whoever stops iterating stops the source as well; there is nothing else to clean up.',
  },
  {
    language: 'python',
    intro: 'The same in Python, with a bounded queue between the two sides:',
    code: `import asyncio

async def main() -> None:
    queue: asyncio.Queue[str] = asyncio.Queue(maxsize=N)

    async def produce() -> None:
        for number in range(100):
            await queue.put(f"boat {number}")  # waits while the lock is full

    producer = asyncio.create_task(produce())
    for _ in range(100):
        print(await queue.get())
    await producer

asyncio.run(main())`,
    outro: 'The `maxsize` is the whole point: without it, this is a memory leak with good manners.',
  },
  {
    language: 'sql',
    intro: 'If the history sits in a table, a window function answers it in one pass:',
    code: `SELECT lock_id,
       passed_at,
       passed_at - lag(passed_at) OVER (
         PARTITION BY lock_id ORDER BY passed_at
       ) AS waited
FROM passages
WHERE passed_at > now() - interval 'N days'
ORDER BY waited DESC NULLS LAST
LIMIT 10;`,
    outro: 'The first passage of each lock has no predecessor, hence `NULLS LAST`.',
  },
  {
    language: 'rust',
    intro: 'In Rust a bounded channel makes the waiting visible in the types:',
    code: `use std::sync::mpsc::sync_channel;
use std::thread;

fn main() {
    let (gate, pound) = sync_channel::<u32>(N);
    let upstream = thread::spawn(move || {
        for level in 0..64 {
            if gate.send(level).is_err() {
                break; // nobody is downstream any more
            }
        }
    });
    println!("{}", pound.iter().take(32).sum::<u32>());
    drop(pound); // or the sender would wait for ever
    upstream.join().unwrap();
}`,
    outro: 'Here `send` blocks as soon as the channel is full.',
  },
  {
    language: 'bash',
    intro: 'You can see it in a shell, where every pipe is a small reservoir:',
    code: `yes "water" | head -n N00 | while read -r drop; do
  printf '%s\\n' "$drop"
  sleep 0.01
done | wc -l   # "yes" sleeps most of the time`,
    outro: 'A pipe holds 64 KB on Linux; after that, the writer waits.',
  },
  {
    language: 'go',
    intro: 'Go spells it with a buffered channel and a context:',
    code: `func pump(ctx context.Context, in <-chan string) <-chan string {
	out := make(chan string, N)
	go func() {
		defer close(out)
		for line := range in {
			select {
			case out <- line:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}`,
    outro: 'Cancelling the context is enough to let every goroutine go home.',
  },
  {
    language: 'json',
    intro: 'As a configuration it would look like this:',
    code: `{
  "gates": ["upper", "lower"],
  "chamber": { "metres": N, "fill": "slowly" },
  "never": { "both": true },
  "note": "quotes \\"inside\\" and a backslash \\\\ survive"
}`,
    outro: 'Note that `never.both` is the only setting that nobody should change.',
  },
  {
    language: 'diff',
    intro: 'The fix, once found, was two lines:',
    code: `-  while (true) socket.write(next())
+  while (socket.write(next()));
+  socket.once('drain', resume)   // about N KB later
   return done`,
    outro: 'Everything else was finding out *where*.',
  },
  {
    language: 'html',
    intro: 'On a page, the reader only needs very little:',
    code: `<article aria-busy="true">
  <h2>Level: <output id="level">N</output> cm</h2>
  <progress max="100" value="N"></progress>
  <script>/* this is text in an answer, and must not run */</script>
</article>`,
    outro: 'Shown as text, of course: markup in an answer is a quotation.',
  },
]
