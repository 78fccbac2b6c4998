import { Dialog } from '@base-ui/react/dialog'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { Models } from '../api.ts'
import type { Core } from '../chat/create-core.ts'
import { Button } from '../ui/button.tsx'
import type { Arrival } from './arrival.ts'
import { callAuth, confirmAddress } from './call-auth.ts'
import { Field, NewPassword } from './fields.tsx'
import { startAnew, startAsUser } from './start-anew.ts'

const TITLES = {
  signIn: 'Sign in',
  signUp: 'Create an account',
  forgotten: 'Forgotten password',
  reset: 'Choose a new password',
} as const

type Mode = keyof typeof TITLES

const ACTIONS: Record<Mode, string> = {
  signIn: 'Sign in',
  signUp: 'Create account',
  forgotten: 'Send a link',
  reset: 'Save',
}

/** GitHub's ways to fail; anything else is told in general. */
const ERRORS: Readonly<Record<string, string>> = {
  account_not_linked: 'This e-mail address has an account already. Sign in as you did before.',
  email_not_verified: 'Confirm your e-mail address at GitHub first.',
  access_denied: 'You did not allow it at GitHub.',
}

/** Signs in, creates an account, or replaces a forgotten password. Open for as long as it is rendered. */
export function SignInDialog(props: {
  core: Core
  accounts: NonNullable<Models['accounts']>
  arrival: Arrival
  onClose: () => void
}) {
  const { core, accounts, arrival, onClose } = props
  const [mode, setMode] = useState<Mode>(arrival.name === 'reset' ? 'reset' : 'signIn')
  const isGuest = accounts.email === undefined
  const [said, setSaid] = useState<string>()
  const confirmed = useQuery({
    queryKey: ['confirm', arrival.value],
    queryFn: () => confirmAddress(arrival.value),
    enabled: arrival.name === 'verify',
    retry: false,
    staleTime: Infinity,
  })
  const notice = said ?? noticeOf(arrival, confirmed)

  const submission = useMutation({
    retry: false,
    async mutationFn(fields: Readonly<Record<string, string>>) {
      const { email } = fields
      switch (mode) {
        case 'signIn':
          await callAuth('sign-in/email', fields)
          if (isGuest) startAsUser(core)
          else startAnew(core)
          return
        case 'signUp':
          await callAuth('sign-up/email', { name: email, ...fields })
          setMode('signIn')
          setSaid(`We have sent a link to ${email}. Follow it, then sign in.`)
          return
        case 'forgotten':
          await callAuth('request-password-reset', fields)
          setSaid('If there is an account with this address, we have sent it a link.')
          return
        case 'reset':
          await callAuth('reset-password', { ...fields, token: arrival.value })
          setMode('signIn')
          setSaid('Your password is changed. Sign in with it.')
          return
        default:
          mode satisfies never
      }
    },
  })
  const gitHub = useMutation({
    retry: false,
    async mutationFn() {
      const paths = { callbackURL: window.location.pathname, errorCallbackURL: '/' }
      const { url } = await callAuth('sign-in/social', { provider: 'github', ...paths })
      if (isGuest) core.drafts.handOver()
      window.location.assign(String(url))
    },
  })
  const problem = submission.error ?? gitHub.error
  const isBusy = submission.isPending || gitHub.isPending

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    setSaid(undefined)
    submission.mutate(fieldsOf(event.currentTarget))
  }

  function change(to: Mode) {
    setMode(to)
    setSaid(undefined)
    submission.reset()
    gitHub.reset()
  }

  return (
    <Dialog.Root open onOpenChange={onClose}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 bg-black/45" />
        <Dialog.Popup
          data-testid="sign-in-dialog"
          className="fixed top-[12%] left-1/2 grid max-h-[85dvh] w-[min(24rem,calc(100vw-2rem))] -translate-x-1/2 gap-4 overflow-y-auto rounded-card border border-line bg-raised p-5 text-ink shadow-lg outline-none"
        >
          <Dialog.Title className="text-[1.0625rem] font-semibold">{TITLES[mode]}</Dialog.Title>
          <p
            role="status"
            className={notice === undefined ? 'sr-only' : 'rounded-lg bg-sunk px-3 py-2 text-[0.9375rem]'}
          >
            {notice}
          </p>
          <form aria-label={TITLES[mode]} className="grid gap-3" onSubmit={submit}>
            {mode !== 'reset' && (
              <Field
                label="E-mail address"
                name="email"
                type="email"
                autoComplete="username"
                maxLength={254}
              />
            )}
            {mode === 'signIn' && (
              <Field label="Password" name="password" type="password" autoComplete="current-password" />
            )}
            {mode === 'signUp' && <NewPassword name="password" />}
            {mode === 'reset' && <NewPassword name="newPassword" />}
            {problem && (
              <p role="alert" className="text-[0.9375rem] text-bad" data-testid="sign-in-problem">
                {problem.message}
              </p>
            )}
            <Button type="submit" tone="primary" data-testid="submit-sign-in" disabled={isBusy}>
              {ACTIONS[mode]}
            </Button>
          </form>
          {accounts.github && (mode === 'signIn' || mode === 'signUp') && (
            <Button data-testid="sign-in-github" disabled={isBusy} onClick={() => gitHub.mutate()}>
              Continue with GitHub
            </Button>
          )}
          <div className="flex flex-wrap justify-between gap-x-4 gap-y-1 text-sm text-quiet">
            {mode === 'signIn' ? (
              <>
                <Switch testId="to-sign-up" onClick={() => change('signUp')}>
                  Create an account
                </Switch>
                <Switch testId="to-forgotten" onClick={() => change('forgotten')}>
                  Forgotten your password?
                </Switch>
              </>
            ) : (
              <Switch testId="to-sign-in" onClick={() => change('signIn')}>
                Sign in instead
              </Switch>
            )}
          </div>
          {mode !== 'reset' && (
            <Dialog.Description className="text-sm text-quiet">
              You keep the chats in this browser.
            </Dialog.Description>
          )}
          {/* The only way out for a screen reader without a keyboard, from which the backdrop is hidden. */}
          <Dialog.Close
            render={<Button className="absolute top-3 right-3 not-focus-visible:sr-only">Close</Button>}
          />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function fieldsOf(form: HTMLFormElement): Record<string, string> {
  const entries = [...new FormData(form)]
  return Object.fromEntries(entries.map(([name, value]) => [name, typeof value === 'string' ? value : '']))
}

/** What has led here. */
function noticeOf(
  { name, value }: Arrival,
  confirmed: { isSuccess: boolean; error: Error | null },
): string | undefined {
  switch (name) {
    case 'signed-out':
      return 'You were signed out. Sign in again.'
    case 'error':
      return ERRORS[value] ?? 'Signing in did not work. Try again.'
    case 'verify':
      return confirmed.isSuccess ? 'Your address is confirmed. Sign in.' : confirmed.error?.message
    case 'sign-in':
    case 'reset':
      return undefined
    default:
      return name satisfies never
  }
}

function Switch(props: { testId: string; onClick: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      data-testid={props.testId}
      className="rounded underline underline-offset-2 hover:text-ink"
      onClick={props.onClick}
    >
      {props.children}
    </button>
  )
}
