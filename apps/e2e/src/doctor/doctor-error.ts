export type DoctorErrorCode = 'usage' | 'unreachable' | 'certificate' | 'not_sluice'

/** Why nothing could be measured. The message is shown to the user as it is. */
export class DoctorError extends Error {
  override readonly name = 'DoctorError'
  readonly code: DoctorErrorCode

  constructor(code: DoctorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
