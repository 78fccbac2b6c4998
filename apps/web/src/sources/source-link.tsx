import { type WebSource, webUrl } from '@sluice/events'

/** A page of the web by its title. One without an address of the web is text. */
export function SourceLink({ url, title }: WebSource) {
  const address = webUrl(url)
  if (address === undefined)
    return <bdi className="wrap-anywhere">{title === '' ? url : `${title} (${url})`}</bdi>
  const { host } = new URL(address)
  return (
    <>
      <a
        className="underline decoration-line underline-offset-2 wrap-anywhere hover:text-ink hover:decoration-current"
        href={address}
        title={address}
        target="_blank"
        rel="noopener noreferrer nofollow"
      >
        <bdi>{title === '' ? address : title}</bdi>
      </a>{' '}
      {title !== '' && <span className="text-[0.8125rem]">{host}</span>}
    </>
  )
}
