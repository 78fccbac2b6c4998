import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Paths of PEM files. */
export interface Certificate {
  readonly certificate: string
  readonly key: string
}

const SUBJECT = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']

/** Makes a certificate for this machine in `folder`, good for a day. Needs `openssl` on the PATH. */
export async function selfSigned(folder: string): Promise<Certificate> {
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
  await promisify(execFile)('openssl', [
    'req',
    '-x509',
    ...made,
    ...SUBJECT,
    '-keyout',
    key,
    '-out',
    certificate,
  ])
  return { certificate, key }
}
