/* writer LINES PER_WRITE DONE: after a second, prints LINES numbered lines of 100 bytes, PER_WRITE of
 * them with each write(2), then leaves the file DONE with the nanoseconds of CLOCK_MONOTONIC at which
 * it began, and waits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 100, MOST = 1024 };

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void put(const char *data, size_t left)
{
    while (left) {
        ssize_t done = write(1, data, left);
        if (done < 0)
            exit(3);
        data += done;
        left -= (size_t)done;
    }
}

int main(int argc, char **argv)
{
    static char lines[LINE * MOST];
    long count, each, at, n;
    long long began;
    FILE *done;

    if (argc != 4 || (each = atol(argv[2])) < 1 || each > MOST)
        return 2;
    count = atol(argv[1]);
    memset(lines, '.', sizeof lines);
    sleep(1);
    began = now();
    for (at = 0; at < count; at += n) {
        for (n = 0; n < each && at + n < count; n++) {
            char *line = lines + n * LINE, digits[16];
            snprintf(digits, sizeof digits, "%011ld ", at + n);
            memcpy(line, digits, 12);
            line[LINE - 1] = '\n';
        }
        put(lines, (size_t)n * LINE);
    }
    if (!(done = fopen(argv[3], "w")))
        return 4;
    fprintf(done, "%lld\n", began);
    fclose(done);
    while (pause())
        ;
}
