import { type Option, options } from './option.ts'
import { refusedCurlOptions } from './refused-curl-options.ts'

/** Options that decide what is sent, or how the task waits, repeats and judges. */
const read = options(
  `X,request METHOD
   v,verbose
   I,head
   G,get
   H,header LINE
   A,user-agent NAME
   e,referer URL
   b,cookie DATA
   d,data DATA
   data-ascii DATA
   data-binary DATA
   data-raw DATA
   data-urlencode DATA
   json DATA
   F,form FIELD
   form-string FIELD
   u,user CREDENTIALS
   oauth2-bearer TOKEN
   url URL
   url-query DATA
   L,location
   follow
   max-redirs COUNT
   post301
   post302
   post303
   m,max-time SECONDS
   retry COUNT
   retry-all-errors
   retry-connrefused
   retry-delay SECONDS
   retry-max-time SECONDS
   compressed
   f,fail
   fail-with-body
   o,output FILE
   out-null
   O,remote-name
   remote-name-all
   J,remote-header-name
   D,dump-header FILE
   w,write-out FORMAT
   i,include
   show-headers
   g,globoff
   path-as-is
   :,next
   r,range RANGE
   proto-default SCHEME
   T,upload-file FILE
   c,cookie-jar FILE`,
  'request',
)

const nothing = options(
  `s,silent
   S,show-error
   #,progress-bar
   progress-meter
   N,buffer
   trace FILE; trace-ascii FILE; trace-time; trace-ids; trace-config WHAT
   stderr FILE
   styled-output
   basic
   q,disable
   fail-early
   http1.1; http2; http0.9
   1,tlsv1; tlsv1.0; tlsv1.1; tlsv1.2; tlsv1.3
   alpn; npn; sessionid; false-start
   keepalive; keepalive-time SECONDS; keepalive-cnt COUNT
   tcp-nodelay; tcp-fastopen; mptcp
   happy-eyeballs-timeout-ms MS
   expect100-timeout SECONDS
   ignore-content-length; raw
   create-dirs; create-file-mode MODE; output-dir DIR; remove-on-error; clobber; R,remote-time; xattr
   Z,parallel; parallel-immediate; parallel-max COUNT; parallel-max-host COUNT
   disallow-username-in-url
   proto LIST; proto-redir LIST
   noproxy LIST
   suppress-connect-headers
   j,junk-session-cookies
   tls-earlydata
   ip-tos VALUE; vlan-priority VALUE; local-port RANGE
   compressed-ssh; hostpubmd5 HASH; hostpubsha256 HASH; pubkey FILE; knownhosts FILE
   a,append; l,list-only; B,use-ascii; P,ftp-port ADDRESS; Q,quote COMMAND
   ftp-account DATA; ftp-alternative-to-user COMMAND; ftp-create-dirs; ftp-method METHOD; ftp-pasv; ftp-pret
   ftp-skip-pasv-ip; ftp-ssl-ccc; ftp-ssl-ccc-mode MODE; ftp-ssl-control; disable-eprt; disable-epsv; eprt; epsv
   ftp-ssl; ftp-ssl-reqd; ssl; ssl-reqd; krb LEVEL
   mail-auth ADDRESS; mail-from ADDRESS; mail-rcpt ADDRESS; mail-rcpt-allowfails; upload-flags FLAGS
   login-options OPTIONS; sasl-authzid IDENTITY; sasl-ir
   t,telnet-option OPTION; tftp-blksize VALUE; tftp-no-options
   random-file FILE; egd-file FILE; libcurl FILE
   ssl-allow-beast; ssl-no-revoke; ssl-revoke-best-effort; ssl-auto-client-cert; ssl-sessions FILE
   delegation LEVEL; service-name NAME`,
  'none',
)

const noted = [
  ...options(
    'connect-timeout SECONDS',
    'note',
    '%: a task has no timeout for the connection alone; timeout_seconds includes it.',
  ),
  ...options(
    '0,http1.0; http2-prior-knowledge; http3; http3-only; no-such',
    'note',
    '%: Duly speaks HTTP/1.1, or what TLS agrees on.',
  ).filter(({ name }) => name !== 'no-such'),
  ...options('4,ipv4; 6,ipv6', 'note', '%: Duly uses the addresses of both kinds.'),
  ...options(
    'limit-rate SPEED; Y,speed-limit SPEED; y,speed-time SECONDS; rate RATE',
    'note',
    '%: Duly has no limit of the speed of an answer; timeout_seconds limits the whole call.',
  ),
]

/** The options of curl, each once. Those of a yes or no have the opposite `--no-…` as well. */
export const curlOptions: readonly Option[] = [...read, ...nothing, ...noted, ...refusedCurlOptions]
