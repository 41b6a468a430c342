/* hello NAME ID: says on the abstract datagram socket NAME that it runs, and since when (nanoseconds
 * of CLOCK_MONOTONIC at the entry of main), then waits to be killed. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct timespec now;
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    char text[96];
    size_t length;
    int fd;

    clock_gettime(CLOCK_MONOTONIC, &now);
    if (argc != 3 || (length = strlen(argv[1])) > sizeof to.sun_path - 1)
        return 2;
    memcpy(to.sun_path + 1, argv[1], length);
    length += offsetof(struct sockaddr_un, sun_path) + 1;
    fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    snprintf(text, sizeof text, "%.40s %ld %lld", argv[2], (long)getpid(),
             (long long)now.tv_sec * 1000000000 + now.tv_nsec);
    sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to, (socklen_t)length);
    close(fd);
    while (pause())
        ;
}
