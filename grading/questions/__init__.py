"""Every question by its public name, grouped by assignment in the order of the course."""

from grading.question import Question
from grading.questions import adam, decay, ewa, minibatch, momentum, rmsprop

ASSIGNMENTS: dict[str, tuple[Question, ...]] = {
    "mini-batch": minibatch.QUESTIONS,
    "ewa": ewa.QUESTIONS,
    "momentum": momentum.QUESTIONS,
    "rmsprop": rmsprop.QUESTIONS,
    "adam": adam.QUESTIONS,
    "decay": decay.QUESTIONS,
}

QUESTIONS: dict[str, Question] = {
    question.name: question for questions in ASSIGNMENTS.values() for question in questions
}
