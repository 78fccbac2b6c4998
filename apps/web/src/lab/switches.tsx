import { useEffect, useState } from 'react'
import type { Core } from '../page/create-core.ts'
import { Button } from '../ui/button.tsx'
import { LabSelect } from './lab-select.tsx'

const FREEZE_MS = 3000

const READER_SPEEDS = {
  full: 'as fast as it can',
  1000: '1,000 characters a second',
  300: '300 characters a second',
  50: '50 characters a second',
}

/** What can happen to a reader and to its connection. */
export function Switches({ core: { limitReader } }: { core: Core }) {
  const [speed, setSpeed] = useState('full')
  const [down, setDown] = useState(false)

  useEffect(() => {
    limitReader(speed === 'full' ? Number.POSITIVE_INFINITY : Number(speed))
    return () => limitReader(Number.POSITIVE_INFINITY)
  }, [limitReader, speed])

  useEffect(() => {
    // It outlives the panel, and this page.
    void apiIsDown('state').then(setDown)
  }, [])

  return (
    <div className="grid gap-2">
      <LabSelect label="The reader renders" value={speed} options={READER_SPEEDS} onChange={setSpeed} />
      <div className="flex flex-wrap gap-2">
        <Button data-testid="lab-freeze" onClick={freeze}>
          Freeze the tab 3 s
        </Button>
        <Button data-testid="lab-drop" onClick={() => void fetch('/__lab/drop')}>
          Drop the connection
        </Button>
        <Button
          data-testid="lab-down"
          aria-pressed={down}
          onClick={() => void apiIsDown(down ? 'up' : 'down').then(setDown)}
        >
          {down ? 'API answers 502: end it' : 'API answers 502'}
        </Button>
      </div>
    </div>
  )
}

/** Whether it is, after what was asked of it. */
async function apiIsDown(wish: 'state' | 'down' | 'up'): Promise<boolean> {
  const response = await fetch(`/__lab/${wish}`)
  return (await response.text()) === 'down'
}

/** What a page does that computes too much at once: nothing else, until it is done. */
function freeze() {
  const until = performance.now() + FREEZE_MS
  while (performance.now() < until);
}
