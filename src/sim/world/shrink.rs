//! The shortest story that still fails.

use super::plan::Plan;

/// Leaves actions out, in ever smaller pieces, as long as the rest still fails. `fails` is asked at most `budget` times.
pub fn shrink(plan: &Plan, budget: usize, mut fails: impl FnMut(&Plan) -> bool) -> Plan {
    let mut best = plan.clone();
    let mut asked = 0;
    let mut piece = best.actions.len().div_ceil(2).max(1);
    loop {
        let before = best.actions.len();
        let mut from = 0;
        while from < best.actions.len() && asked < budget {
            let shorter = best.keep(|n| n < from || n >= from + piece);
            asked += 1;
            if fails(&shorter) {
                best = shorter;
            } else {
                from += piece;
            }
        }
        let none_left = piece == 1 && best.actions.len() == before;
        if none_left || asked >= budget {
            return best;
        }
        piece = (piece / 2).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::world::plan::Action;

    #[test]
    fn only_what_the_failure_needs_is_left() {
        let plan = Plan::draw(7, 90);
        let crash = |action: &Action| matches!(action, Action::ServerCrash | Action::Join);
        let mut actions = plan.actions.clone();
        actions.retain(|action| !crash(action));
        actions.insert(20, Action::Join);
        actions.insert(70, Action::ServerCrash);
        let plan = Plan { actions, ..plan };
        let shortest = shrink(&plan, 1_000, |plan| {
            plan.actions.contains(&Action::Join) && plan.actions.contains(&Action::ServerCrash)
        });
        assert_eq!(shortest.actions, [Action::Join, Action::ServerCrash]);
    }
}
