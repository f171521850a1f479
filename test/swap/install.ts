/** Before the files of this project, which run at the same time. */
export { installDependencies as setup } from '../../bench/src/prepare';
