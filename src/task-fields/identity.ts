import { Type } from '@sinclair/typebox'

// Neither `.` nor `..`, which clients remove from an address.
const part = '([a-z0-9_-]|\\.[a-z0-9_-]|\\.\\.[a-z0-9._-])[a-z0-9._-]*'

/** Schema of the key of a task. The constraint `task_key_has_form` has the same pattern. */
export const Key = Type.String({
  pattern: `^${part}(/${part})*$`,
  maxLength: 200,
  description:
    'a key of 1 to 200 of the characters a-z, 0-9, ., _, - and /, with something other than . and .. before and after each /',
})
