import { options } from './option.ts'

/** Options with which a call of Duly would not be what curl does. */
export const refusedCurlOptions = [
  ...options(
    'k,insecure; doh-insecure',
    'reason',
    '%: Duly always checks certificates. Make a TLS profile with the certificate of the target, or of its authority (duly tls-profile set), and name it as tls_profile.',
  ),
  ...options(
    `cacert FILE; capath DIR; ca-native; E,cert FILE; cert-type TYPE; key FILE; key-type TYPE; pass PHRASE; engine NAME
     crlfile FILE; pinnedpubkey HASHES; cert-status; dump-ca-embed`,
    'reason',
    '%: make a TLS profile of these files (duly tls-profile set), and name it as tls_profile.',
  ),
  ...options(
    'ciphers LIST; tls13-ciphers LIST; curves LIST; sigalgs LIST; tls-max VERSION; 2,sslv2; 3,sslv3; ech CONFIG',
    'reason',
    '%: how TLS is spoken cannot be chosen.',
  ),
  ...options(
    'tlsauthtype TYPE; tlsuser NAME; tlspassword TEXT',
    'reason',
    '%: a login by TLS (SRP) has no counterpart.',
  ),
  ...options(
    `x,proxy URL; preproxy URL; proxy1.0 URL; p,proxytunnel; U,proxy-user CREDENTIALS; socks4 HOST; socks4a HOST; socks5 HOST
     socks5-hostname HOST; socks5-basic; socks5-gssapi; socks5-gssapi-nec; socks5-gssapi-service NAME; proxy-anyauth; proxy-basic
     proxy-cacert FILE; proxy-ca-native; proxy-capath DIR; proxy-cert FILE; proxy-cert-type TYPE; proxy-ciphers LIST
     proxy-crlfile FILE; proxy-digest; proxy-header LINE; proxy-http2; proxy-insecure; proxy-key FILE; proxy-key-type TYPE
     proxy-negotiate; proxy-ntlm; proxy-pass PHRASE; proxy-pinnedpubkey HASHES; proxy-service-name NAME; proxy-ssl-allow-beast
     proxy-ssl-auto-client-cert; proxy-tls13-ciphers LIST; proxy-tlsauthtype TYPE; proxy-tlspassword TEXT; proxy-tlsuser NAME
     proxy-tlsv1; haproxy-protocol; haproxy-clientip ADDRESS`,
    'reason',
    '%: calls connect to the address that was checked, so a proxy is never used.',
  ),
  ...options(
    'resolve ADDRESS; connect-to ADDRESS',
    'reason',
    '%: give the address in url and the name in host (http only; with https the certificate is checked for the host of the URL).',
  ),
  ...options(
    `interface NAME; dns-interface NAME; dns-ipv4-addr ADDRESS; dns-ipv6-addr ADDRESS; dns-servers ADDRESSES; doh-url URL
     doh-cert-status`,
    'reason',
    '%: Duly looks names up, and connects, as its machine does.',
  ),
  ...options('unix-socket PATH; abstract-unix-socket PATH', 'reason', '%: only http:// and https:// are called.'),
  ...options(
    'digest; ntlm; ntlm-wb; negotiate; anyauth; aws-sigv4 PROVIDER',
    'reason',
    '%: no signatures and no handshakes are computed.',
  ),
  ...options(
    'n,netrc; netrc-optional; netrc-file FILE',
    'reason',
    '%: the user and the password are in a file. Store user:password in base64 as a named secret, and send it as the header Authorization: Basic.',
  ),
  ...options('K,config FILE', 'reason', '%: options are in a file. Write them into the command.'),
  ...options('variable DATA', 'reason', '%: variables of curl are not expanded. Write the values into the command.'),
  ...options('location-trusted', 'reason', '%: Duly never sends credentials to another origin than that of the URL.'),
  ...options(
    'etag-compare FILE; etag-save FILE; z,time-cond TIME',
    'reason',
    '%: what is sent depends on a file or on an earlier answer.',
  ),
  ...options('C,continue-at OFFSET; skip-existing', 'reason', '%: what is sent depends on a file of an earlier call.'),
  ...options('alt-svc FILE; hsts FILE', 'reason', '%: where the request goes depends on a file of earlier answers.'),
  ...options('request-target PATH', 'reason', '%: the target of the request is always that of the URL.'),
  ...options('crlf', 'reason', '%: the body is changed while it is sent.'),
  ...options('form-escape', 'reason', '%: names of form fields are escaped in another way.'),
  ...options('tr-encoding', 'reason', '%: headers of the connection cannot be chosen.'),
  ...options('max-filesize BYTES', 'reason', '%: a long answer is no failure; the first 64 KiB are stored.'),
  ...options('metalink', 'reason', '%: an answer that names other files is not followed.'),
  ...options('ipfs-gateway URL', 'reason', '%: only http:// and https:// are called.'),
  ...options('h,help TOPIC; M,manual; V,version', 'reason', '%: curl sends nothing with it.'),
]
