import type { Servers } from './start-nginx.ts'

/**
 * A common configuration: a proxy_pass, gzip for everything, and nginx's defaults, which include buffering and HTTP/1.0
 * to the server (1.1 since 1.29.7).
 *
 * The first port is for HTTP, the second for HTTPS.
 */
export function plainConfig(upstream: string, extra = ''): Servers {
  return ([http, https], { certificate, key }) => `
  gzip on;
  gzip_proxied any;
  gzip_min_length 0;
  gzip_types *;
  server {
    listen 127.0.0.1:${http};
    listen 127.0.0.1:${https} ssl http2;
    ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    location / {
      proxy_pass ${upstream};
      proxy_http_version 1.0;
      proxy_set_header Connection close;
      proxy_set_header Host $http_host;
      ${extra}
    }
  }`
}
