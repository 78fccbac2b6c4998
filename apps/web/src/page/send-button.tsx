import { Button } from '../ui/button.tsx'

export function SendButton(props: {
  busy: boolean
  stopping: boolean
  canSend: boolean
  onStop: () => void
}) {
  const { busy, stopping, canSend, onStop } = props

  return busy ? (
    <Button
      key="stop"
      tone="stop"
      data-testid="stop"
      // The composer keeps the focus, and a phone its keyboard.
      onPointerDown={(event) => event.preventDefault()}
      onClick={onStop}
      disabled={stopping}
    >
      {stopping ? 'Stopping' : 'Stop'}
    </Button>
  ) : (
    <Button
      key="send"
      type="submit"
      tone="primary"
      data-testid="send"
      onPointerDown={(event) => event.preventDefault()}
      disabled={!canSend}
    >
      Send
    </Button>
  )
}
