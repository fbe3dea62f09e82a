"""A case waits for a person, its deadline ticking.

The workflow asks through a `Desk`; its update handlers lay the answers on it. An answer that does not fit what is
being asked is rejected before it enters the history.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from chargebacks.contracts import Approve, Asks, Decline, Resume
from chargebacks.values import Value

Answer = Approve | Decline | Resume


class Question(Value):
    """What a person is asked, in one sentence, and what an approval must name."""

    asks: Asks
    text: str
    needs_charge: bool = False
    needs_amount: bool = False


class Desk:
    """At most one question is open at a time."""

    def __init__(self) -> None:
        self.question: Question | None = None
        self._answer: Answer | None = None

    def check(self, answer: Answer) -> None:
        """Validator: raises when the answer does not fit the open question."""
        problem = self._problem(answer)
        if problem is not None:
            raise ApplicationError(problem, type="answer_refused", non_retryable=True)

    def put(self, answer: Answer) -> None:
        self._answer = answer

    async def wait(
        self, question: Question, *, until: datetime, wake: Callable[[], bool] = lambda: False
    ) -> Answer | None:
        """The answer, or None when nobody answered by `until`, or before `wake` said that there is something else."""
        self.question, self._answer = question, None
        time_left = max(until - workflow.now(), timedelta(0))
        try:
            await workflow.wait_condition(
                lambda: self._answer is not None or wake(),
                timeout=time_left,
                timeout_summary="nobody answered: act by policy",
            )
        except TimeoutError:
            return None
        finally:
            self.question = None
        return self._answer

    def _problem(self, answer: Answer) -> str | None:
        question = self.question
        if question is None or self._answer is not None:
            return "The case is not waiting for a person now. Look at it again before you decide."
        if isinstance(answer, Resume):
            return (
                None
                if question.asks is Asks.REPAIR
                else f"The case asks for approve or decline: {question.text}"
            )
        if question.asks is Asks.REPAIR:
            return f"The case asks for resume after a repair: {question.text}"
        if isinstance(answer, Approve) and question.needs_charge and not answer.charge_id:
            return "Name the charge that is meant: nothing was matched by itself."
        if isinstance(answer, Approve) and question.needs_amount and answer.amount is None:
            return "Name the amount to refund: the alert's amount cannot be read as a part of the charge."
        return None
