import { type Option, options } from './option.ts'

/** The options of GNU wget and of busybox wget, each once. */
export const wgetOptions: readonly Option[] = [
  ...options(
    `q,quiet; header LINE; method METHOD; post-data DATA; body-data DATA; spider
     U,user-agent NAME; referer URL; user NAME; password TEXT; http-user NAME; http-password TEXT; http-passwd TEXT
     auth-no-challenge; T,timeout SECONDS; read-timeout SECONDS; t,tries COUNT; w,wait SECONDS; waitretry SECONDS
     retry-on-http-error LIST; max-redirect COUNT; O,output-document FILE; o,output-file FILE; a,append-output FILE
     S,server-response; save-headers; cache; compression KIND; content-on-error; i,input-file FILE; delete-after
     P,directory-prefix DIR; e,execute COMMAND`,
    'request',
  ),
  ...options(
    `v,verbose; d,debug; report-speed TYPE; progress TYPE; show-progress
     4,inet4-only; 6,inet6-only; prefer-family KIND; dns-cache; http-keep-alive; proxy; netrc
     save-cookies FILE; keep-session-cookies; cookies; content-disposition; trust-server-names; E,adjust-extension; html-extension
     x,force-directories; directories; host-directories; protocol-directories; cut-dirs COUNT; default-page NAME
     restrict-file-names MODES; local-encoding NAME; remote-encoding NAME; iri; unlink; backups COUNT; K,backup-converted
     use-server-timestamps; xattr; ignore-length; ignore-case; F,force-html; B,base URL; Q,quota SIZE; random-wait
     retry-connrefused; retry-on-host-error; secure-protocol KIND; https-only; hsts; hsts-file FILE
     L,relative; A,accept LIST; R,reject LIST; accept-regex TEXT; reject-regex TEXT; regex-type TYPE
     D,domains LIST; exclude-domains LIST; follow-tags LIST; ignore-tags LIST; H,span-hosts; I,include-directories LIST; X,exclude-directories LIST
     l,level DEPTH; parent; follow-ftp; ftp-user NAME; ftp-password TEXT; passive-ftp; remove-listing; glob; preserve-permissions; retr-symlinks
     no-config; ftps-implicit; ftps-resume-ssl; ftps-clear-data-connection; ftps-fallback-to-ftp; warc-compression; warc-digests; warc-keep-log
     random-file FILE; egd-file FILE; if-modified-since; metalink-over-http; preferred-location TEXT; strict-comments`,
    'none',
  ),
  ...options(
    'limit-rate SPEED',
    'note',
    '%: Duly has no limit of the speed of an answer; the timeout limits the whole call.',
  ),
  ...options(
    'dns-timeout SECONDS; connect-timeout SECONDS',
    'note',
    '%: a task has no timeout for the connection alone; timeout_seconds includes it.',
  ),
  ...options('b,background', 'note', '%: the command ended before the call did; Duly waits for the answer.'),
  ...options('check-certificate', 'reason', '%: Duly checks certificates by its own list and by TLS profiles.'),
  ...options(
    'ca-certificate FILE; ca-directory DIR; crl-file FILE; certificate FILE; certificate-type TYPE; private-key FILE; private-key-type TYPE; pinnedpubkey HASHES; ciphers LIST',
    'reason',
    '%: make a TLS profile of these files (duly tls-profile set), and name it as tls_profile.',
  ),
  ...options(
    'post-file FILE; body-file FILE',
    'reason',
    '%: the body is in a file. Write it into the command, or send the task with --payload @FILE.',
  ),
  ...options('load-cookies FILE', 'reason', '%: cookies are not kept between calls. Write them as a header Cookie.'),
  ...options(
    'N,timestamping; c,continue; clobber; start-pos OFFSET',
    'reason',
    '%: what is sent depends on a file of an earlier call.',
  ),
  ...options(
    'r,recursive; m,mirror; p,page-requisites; k,convert-links; convert-file-only; input-metalink FILE; metalink-index NUMBER; warc-file NAME; warc-header TEXT; warc-cdx; warc-max-size SIZE; warc-dedup FILE; warc-tempdir DIR',
    'reason',
    '%: wget sends further requests by what is in the answer.',
  ),
  ...options(
    'proxy-user NAME; proxy-password TEXT; proxy-passwd TEXT',
    'reason',
    '%: calls connect to the address that was checked, so a proxy is never used.',
  ),
  ...options(
    'bind-address ADDRESS; bind-dns-address ADDRESS; dns-servers LIST',
    'reason',
    '%: Duly connects as its machine does.',
  ),
  ...options('config FILE', 'reason', '%: options are in a file. Write them into the command.'),
  ...options('ask-password; use-askpass COMMAND', 'reason', '%: somebody would have to type a password.'),
  ...options('rejected-log FILE', 'reason', '%: Duly writes no files.'),
  ...options('h,help; V,version', 'reason', '%: wget sends nothing with it.'),
]
