import type { Variables } from './environment.ts'

/** The variables in which CI systems name the commit that they build. The first that is set counts. */
const commitVariables = [
  'GITHUB_SHA',
  'CI_COMMIT_SHA',
  'BUILDKITE_COMMIT',
  'CIRCLE_SHA1',
  'BITBUCKET_COMMIT',
  'BUILD_SOURCEVERSION',
  'DRONE_COMMIT_SHA',
  'TRAVIS_COMMIT',
  'CODEBUILD_RESOLVED_SOURCE_VERSION',
  'GIT_COMMIT',
] as const

/** Returns the environment of this process, from which `${NAME}` in the files of a task set is filled in. */
export const fileVariables = (): Variables => process.env

/** Returns the commit that a CI system builds, of at most 200 characters; undefined outside of one. */
export function ciCommit(variables: Variables = process.env): string | undefined {
  for (const name of commitVariables) {
    const value = variables[name]?.trim()
    if (value) return value.slice(0, 200)
  }
  return undefined
}
