import type { Servers } from './start-nginx.ts'

/**
 * What many people have: a proxy_pass and nginx's defaults, buffering and HTTP/1.0 to the server included (1.29.7
 * changed that one to 1.1), and gzip for everything.
 *
 * The first port is HTTP's, the second HTTPS's.
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
