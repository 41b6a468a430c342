/* copy FILE read|splice: the least that brings a pipe (standard input) into a file: with read(2) and
 * write(2) of 64 KiB, or with splice(2). */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static char block[1 << 16];

static ssize_t by_read(int file)
{
    ssize_t got = read(0, block, sizeof block);
    return got > 0 && write(file, block, (size_t)got) != got ? -1 : got;
}

static ssize_t by_splice(int file)
{
    return splice(0, NULL, file, NULL, 1 << 20, 0);
}

int main(int argc, char **argv)
{
    ssize_t (*move)(int), moved;
    int file;

    if (argc != 3 || (file = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644)) < 0)
        return 2;
    move = strcmp(argv[2], "splice") ? by_read : by_splice;
    while ((moved = move(file)) > 0)
        ;
    return moved ? 1 : 0;
}
