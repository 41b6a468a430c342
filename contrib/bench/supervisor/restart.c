/* restart PROGRAM ARGUMENT...: the least that keeps a program running: vfork, exec, wait, again. */
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    for (;;) {
        pid_t child = vfork();
        if (child == 0) {
            setsid();
            execv(argv[1], argv + 1);
            _exit(127);
        }
        if (child < 0 || waitpid(child, NULL, 0) < 0)
            return 1;
    }
}
