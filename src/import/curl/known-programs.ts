/** Variables that shells and systems set, whose values are not known before the command runs. */
export const ofSystem: RegExp =
  /^(HOME|PWD|OLDPWD|PATH|USER|LOGNAME|HOSTNAME|HOST|UID|EUID|RANDOM|SECONDS|PPID|IFS|LINENO|SHELL|TMPDIR|LANG|EPOCHSECONDS|BASHPID)$/
/** Programs without an effect that matters for a call. */
export const harmless: RegExp =
  /^(true|:|cd|mkdir|pwd|whoami|id|hostname|umask|ulimit|date|uptime|sync|unset|shopt|uname|wait|which|type|hash|env|printenv|seq)$/
/** Programs that install packages, and what they are told to. */
export const installers: RegExp = /^(apk|apt|apt-get|yum|dnf|microdnf)$/
export const installing: RegExp = /^(add|update|upgrade|install|-y)$/
/** Programs that send HTTP requests. */
export const otherClients: RegExp =
  /^(lynx|links|elinks|w3m|https?|xh|xhs|aria2c|axel|fetch|hurl|grpcurl|GET|POST|HEAD|lwp-request|httpx|ab|hey|iwr|Invoke-WebRequest|Invoke-RestMethod)$/
/** Programs that print their input, or a part of it. */
export const printing: RegExp =
  /^(cat|tee|head|tail|logger|ts|sort|uniq|wc|less|more|fold|cut|awk|sed|tr|column|nl|xxd|hexdump|strings)$/
