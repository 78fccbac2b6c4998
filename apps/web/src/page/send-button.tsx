import { IconButton } from '../ui/icon-button.tsx'

export function SendButton(props: {
  busy: boolean
  stopping: boolean
  canSend: boolean
  onStop: () => void
}) {
  const { busy, stopping, canSend, onStop } = props

  return busy ? (
    <IconButton
      key="stop"
      icon="stop"
      label={stopping ? 'Stopping' : 'Stop'}
      tone="stop"
      data-testid="stop"
      // The composer keeps the focus, and a phone its keyboard.
      onPointerDown={(event) => event.preventDefault()}
      onClick={onStop}
      disabled={stopping}
    />
  ) : (
    <IconButton
      key="send"
      type="submit"
      icon="arrowUp"
      label="Send"
      tone="primary"
      data-testid="send"
      onPointerDown={(event) => event.preventDefault()}
      disabled={!canSend}
    />
  )
}
