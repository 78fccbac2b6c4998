import { type StoreApi, useStore } from 'zustand'
import { Button } from '../ui/button.tsx'
import { LabSelect } from './lab-select.tsx'

const FREEZE_MS = 3000

const READER_SPEEDS = {
  50: '50 characters a second',
  300: '300 characters a second',
  1000: '1,000 characters a second',
  Infinity: 'as fast as it can',
}

/** What can happen to a reader and to its connection. */
export function Switches({ readerSpeed }: { readerSpeed: StoreApi<number> }) {
  return (
    <div className="grid gap-2">
      <LabSelect
        label="This page shows"
        value={String(useStore(readerSpeed))}
        options={READER_SPEEDS}
        onChange={(value) => readerSpeed.setState(Number(value))}
      />
      <div className="flex flex-wrap gap-2">
        <Button data-testid="lab-freeze" onClick={freeze}>
          Freeze the tab 3 s
        </Button>
        <Button data-testid="lab-drop" onClick={() => void fetch('/__lab/drop')}>
          Drop the connection
        </Button>
        <Button data-testid="lab-down" onClick={() => void fetch('/__lab/down')}>
          API answers 502 for 3 s
        </Button>
      </div>
    </div>
  )
}

/** Blocks the main thread, as a long computation does. */
function freeze() {
  const until = performance.now() + FREEZE_MS
  while (performance.now() < until);
}
