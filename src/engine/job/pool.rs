//! The threads of a run: as many as were asked for, of which one is the caller's own.

use std::panic;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// What each thread has for itself.
pub(super) struct Pool<W> {
    workers: Vec<W>,
}

impl<W: Send> Pool<W> {
    /// As many threads as these, one at least.
    pub(super) fn new(threads: usize, worker: impl FnMut() -> W) -> Self {
        Self { workers: std::iter::repeat_with(worker).take(threads.max(1)).collect() }
    }

    /// How many threads.
    pub(super) fn len(&self) -> usize {
        self.workers.len()
    }

    /// What the caller's thread has.
    pub(super) fn own(&mut self) -> &mut W {
        &mut self.workers[0]
    }

    /// Lets up to so many threads work, and gives what each came to.
    pub(super) fn together<R: Send>(&mut self, threads: usize, work: impl Fn(&mut W) -> R + Sync) -> Vec<R> {
        let threads = threads.clamp(1, self.workers.len());
        let (own, others) = self.workers[..threads].split_at_mut(1);
        thread::scope(|scope| {
            let work = &work;
            let others: Vec<_> = others.iter_mut().map(|worker| scope.spawn(move || work(worker))).collect();
            let own: Vec<R> = own.iter_mut().map(work).collect();
            let others =
                others.into_iter().map(|thread| thread.join().unwrap_or_else(|cause| panic::resume_unwind(cause)));
            own.into_iter().chain(others).collect()
        })
    }

    /// Does all tasks, each on some thread, and gives what they came to, in their order.
    pub(super) fn each<T: Send, R: Send>(&mut self, tasks: Vec<T>, work: impl Fn(&mut W, T) -> R + Sync) -> Vec<R> {
        let threads = tasks.len();
        let tasks = Mutex::new(tasks.into_iter().enumerate());
        let next = || tasks.lock().unwrap_or_else(PoisonError::into_inner).next();
        let done = self.together(threads, |worker| {
            std::iter::from_fn(next).map(|(place, task)| (place, work(worker, task))).collect::<Vec<(usize, R)>>()
        });
        let mut done: Vec<(usize, R)> = done.into_iter().flatten().collect();
        done.sort_unstable_by_key(|(place, _)| *place);
        done.into_iter().map(|(_, result)| result).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Pool;

    #[test]
    fn what_tasks_come_to_is_in_their_order() {
        for threads in [1, 2, 7] {
            let mut made = 0;
            let mut pool = Pool::new(threads, || {
                made += 1;
                0_u64
            });
            assert_eq!(pool.len(), threads);
            let squares = pool.each((0..100_u64).collect(), |worker, number| {
                *worker += 1;
                number * number
            });
            assert_eq!(squares, (0..100).map(|number| number * number).collect::<Vec<u64>>());
            assert_eq!(pool.together(threads, |worker| *worker).into_iter().sum::<u64>(), 100);
        }
    }
}
