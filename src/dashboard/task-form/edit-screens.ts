// One script for both: they share the form, which is most of them.
export { EditTaskScreen } from './edit-task-screen.tsx'
export { NewTaskScreen } from './new-task-screen.tsx'
