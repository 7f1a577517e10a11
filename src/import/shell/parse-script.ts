import { assignmentOf } from './assignment.ts'
import { HereDocuments } from './here-documents.ts'
import { readRedirection, readRedirections } from './read-redirection.ts'
import { WordReader } from './read-word.ts'
import { Source } from './source.ts'
import type {
  Command,
  CompoundCommand,
  Pipeline,
  Redirection,
  Script,
  SimpleCommand,
  Statement,
  Word,
} from './syntax.ts'

/** Longest script that is read, in characters. */
const longest = 200_000

/**
 * Parses a script by the grammar of POSIX shells. It knows what occurs around calls: lists, pipes, groups, `if`, `for`, here-documents.
 * @throws NotUnderstood for what it does not know
 */
export function parseScript(text: string): Script {
  const source = new Source(text)
  if (text.length > longest) source.fail(`the script is longer than ${longest} characters`)
  if (text.includes('\r'))
    source.fail('the script contains carriage returns, which a shell takes for part of its words')
  if (text.includes('\0')) source.fail('the script contains a NUL')
  return parse(text, 0, 0)
}

function parse(text: string, line: number, depth: number): Script {
  const source = new Source(text, line, depth)
  const script = new Parser(source).script()
  if (!source.isAtEnd) source.fail(`${JSON.stringify(source.next)} is not expected here`)
  return script
}

const words = new WordReader((source) => new Parser(source).script(), parse)
const ends = new Set(['then', 'elif', 'else', 'fi', 'do', 'done', 'esac', '}'])
const unknown = new Set(['while', 'until', 'case', 'select', 'function', 'coproc'])

class Parser {
  readonly #source: Source
  readonly #documents = new HereDocuments(words)

  constructor(source: Source) {
    this.#source = source
  }

  /** Reads statements up to `)`, a reserved word that ends a list, or the end. */
  script(): Script {
    const statements: Statement[] = []
    for (;;) {
      this.#skipLines()
      const { next } = this.#source
      if (next === '' || next === ')' || ends.has(this.#peekWord())) break
      const statement = this.#statement()
      this.#source.skipBlanks()
      if (this.#source.startsWith(';;')) this.#source.fail(';; is not expected here')
      const isBackground = this.#source.next === '&'
      // `http://a/?b=1&c=2` without quotation marks is a mistake, and `curl http://a &` is none.
      if (isBackground && !/\s/.test(this.#source.text[this.#source.at - 1] ?? ''))
        this.#source.fail(
          '& outside of quotation marks runs the command in the background, and what follows is a command of its own: put URLs with & in quotation marks',
        )
      statements.push({ ...statement, isBackground })
      if (isBackground) {
        this.#source.skip(1)
        continue
      }
      if (this.#source.next === ';') this.#source.skip(1)
      else if (!/^[\n)]?$/.test(this.#source.next)) this.#source.fail(`${this.#source.next} is not expected here`)
    }
    if (this.#documents.areOpen) this.#documents.read(this.#source)
    return statements
  }

  #statement(): Statement {
    const { line } = this.#source
    const first = this.#pipeline()
    const rest: { operator: '&&' | '||'; pipeline: Pipeline }[] = []
    for (;;) {
      this.#source.skipBlanks()
      const operator = this.#source.text.slice(this.#source.at, this.#source.at + 2)
      if (operator !== '&&' && operator !== '||') return { first, rest, line, isBackground: false }
      this.#source.skip(2)
      this.#skipLines()
      rest.push({ operator, pipeline: this.#pipeline() })
    }
  }

  #pipeline(): Pipeline {
    const isNegated = this.#peekWord() === '!'
    if (isNegated) this.#source.skip(1)
    this.#source.skipBlanks()
    const commands = [this.#command()]
    for (;;) {
      this.#source.skipBlanks()
      if (this.#source.next !== '|' || this.#source.startsWith('||')) return { isNegated, commands }
      if (this.#source.startsWith('|&')) this.#source.fail('|& is of bash: write 2>&1 |')
      this.#source.skip(1)
      this.#skipLines()
      commands.push(this.#command())
    }
  }

  #command(): Command {
    const source = this.#source
    const { line } = source
    const first = this.#peekWord()
    if (unknown.has(first)) source.fail(`${first} is not understood`)
    if (source.startsWith('((')) source.fail('(( is not understood')
    const take = (word: string) => {
      this.#skipLines()
      if (this.#peekWord() !== word) source.fail(`${word} is missing`)
      source.skip(word.length)
    }
    const compound = (command: CompoundCommand): Command => ({
      ...command,
      redirections: readRedirections(this.#source, words, this.#documents),
    })
    if (source.next === '(') {
      source.skip(1)
      const body = source.nested(() => this.script())
      if (source.take() !== ')') source.fail('( is not closed')
      return compound({ kind: 'group', body, isSubshell: true, redirections: [], line })
    }
    if (first === '{') {
      source.skip(1)
      const body = source.nested(() => this.script())
      take('}')
      return compound({ kind: 'group', body, isSubshell: false, redirections: [], line })
    }
    if (first === 'if') return source.nested(() => compound(this.#if(take, line)))
    if (first === 'for') return source.nested(() => compound(this.#for(take, line)))
    return this.#simple()
  }

  #if(take: (word: string) => void, line: number): CompoundCommand {
    const branches: { condition: Script; body: Script }[] = []
    let word = 'if'
    while (word === 'if' || word === 'elif') {
      take(word)
      const condition = this.script()
      take('then')
      branches.push({ condition, body: this.script() })
      this.#skipLines()
      word = this.#peekWord()
    }
    let otherwise: Script = []
    if (word === 'else') {
      take('else')
      otherwise = this.script()
    }
    take('fi')
    return { kind: 'if', branches, otherwise, redirections: [], line }
  }

  #for(take: (word: string) => void, line: number): CompoundCommand {
    take('for')
    this.#source.skipBlanks()
    const name = this.#source.takeWhile(/\w/)
    take('in')
    const list: Word[] = []
    for (;;) {
      this.#source.skipBlanks()
      if (/^[\n;]?$/.test(this.#source.next)) break
      const word = words.word(this.#source)
      if (word.source === '') this.#source.fail(`${this.#source.next} is not expected here`)
      list.push(word)
    }
    if (this.#source.next === ';') this.#source.skip(1)
    take('do')
    const body = this.script()
    take('done')
    return { kind: 'for', name, words: list, body, redirections: [], line }
  }

  #simple(): SimpleCommand {
    const source = this.#source
    const [start, line] = [source.at, source.line]
    const assignments: { name: string; value: Word }[] = []
    const list: Word[] = []
    const redirections: Redirection[] = []
    const isTest = this.#peekWord() === '[['
    for (;;) {
      this.#source.skipBlanks()
      const redirection = readRedirection(source, words, this.#documents)
      if (redirection) {
        redirections.push(redirection)
        continue
      }
      if (
        isTest &&
        list.length > 0 &&
        list.at(-1)?.source !== ']]' &&
        /^(&&|\|\|)/.test(source.text.slice(source.at, source.at + 2))
      ) {
        const operator = source.take() + source.take()
        list.push({ pieces: [{ kind: 'text', text: operator, isQuoted: false }], source: operator })
        continue
      }
      const word = words.word(source)
      if (word.source === '') break
      const assignment = list.length === 0 ? assignmentOf(word) : undefined
      if (assignment) assignments.push(assignment)
      else list.push(word)
    }
    if (source.next === '(')
      source.fail('( is not expected here: functions are not understood, and a text with ( needs quotation marks')
    if (list.length + assignments.length + redirections.length === 0)
      source.fail(
        source.isAtEnd ? 'the script ends where a command is expected' : `${source.next} is not expected here`,
      )
    return {
      kind: 'simple',
      assignments,
      words: list,
      redirections,
      source: source.text.slice(start, source.at).trim(),
      line,
    }
  }

  /** Returns the word at the current place as it stands in the script, without reading on. */
  #peekWord(): string {
    const { text, at } = this.#source
    let end = at
    while (end < text.length && end - at < 20 && !/[\s;&|<>()]/.test(text[end] as string)) end++
    return text.slice(at, end)
  }

  #skipLines(): void {
    for (;;) {
      this.#source.skipBlanks()
      if (this.#source.next !== '\n') return
      this.#source.skip(1)
      if (this.#documents.areOpen) this.#documents.read(this.#source)
    }
  }
}
